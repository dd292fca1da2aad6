"""What is learnt from an attempt: scores and reports."""
