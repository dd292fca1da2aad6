"""The right hip and groin: bones, vessels, nerve, muscles, fascias and skin as implicit shapes."""
