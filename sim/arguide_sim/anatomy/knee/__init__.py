"""The right knee: bones, cartilage, menisci, recess, tendons, vessels, nerves, muscles and skin as implicit shapes."""
