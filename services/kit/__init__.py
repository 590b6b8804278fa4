"""What every service needs once; it knows no business noun."""
