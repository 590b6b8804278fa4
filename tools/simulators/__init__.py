"""Outside systems made small: real processes with memory, bad days and a judge's journal."""
