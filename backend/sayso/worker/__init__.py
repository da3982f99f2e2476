"""The process that plans and sends reminders."""
