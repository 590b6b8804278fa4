"""The charts as programs see them: rendered in process, and checked."""
