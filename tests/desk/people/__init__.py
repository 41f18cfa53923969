"""What people agree about records at the desk, and what fails alike."""
