"""What is kept: tables, the one place that opens transactions, and reads that need thought."""
