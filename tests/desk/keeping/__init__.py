"""What is handed out about one case, and what is forgotten when its time is over."""
