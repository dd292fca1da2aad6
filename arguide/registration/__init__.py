"""Where the patient is: rigid registration by touched points or a painted surface, and how far to trust it at the target."""
