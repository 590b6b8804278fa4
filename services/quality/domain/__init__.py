"""What quality knows and decides, without anything outside."""
