"""The recovery kernel: workflow, intents, effects, queue, recovery and the desk."""
