"""Orders, postings and holds: the rules, without any technology."""
