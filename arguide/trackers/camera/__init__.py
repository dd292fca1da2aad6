"""A camera and printed markers as a tracker."""
