"""The acts of the story; each brings something about, waits for what follows, and notes it."""
