"""The migrations of the schema, oldest first; each must run beside the previous release."""
