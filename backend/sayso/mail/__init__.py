"""E-mail: neutral messages and a careful SMTP sender."""
