"""Files and other people's formats, turned into domain objects and back."""
