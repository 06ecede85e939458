"""Assembly: settings, the command line, the supervisor, the worker, the web process, stand-ins and the demo city."""
