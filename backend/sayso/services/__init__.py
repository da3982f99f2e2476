"""What the program does: one file per noun, functions of (connection, ..., now)."""
