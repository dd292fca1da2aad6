"""Where the patient is: rigid registration of touched points to planned points."""
