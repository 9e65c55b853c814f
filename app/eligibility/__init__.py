"""May these people do this act, here, then; every answer is a value with its reasons."""
