"""Web Push: keys, endpoints, messages and the sender. Only `push.sender` imports pywebpush."""
