"""What the trainee hears: states to tones, tones to PCM, PCM to the loudspeakers or into a film."""
