"""Master data and its rules; nothing here knows a database or a wire."""
