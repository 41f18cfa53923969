"""The wait list: who wants a time that is taken, and what they are offered when it becomes free."""
