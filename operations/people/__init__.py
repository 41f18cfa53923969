"""What people agree about records while they recover them: who is on it, notes, pauses, promises, shifts."""
