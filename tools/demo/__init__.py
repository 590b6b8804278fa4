"""`make demo`: the platform's main job on one machine, told as a story and counted from outside."""
