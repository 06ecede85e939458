"""Stand-ins for what is outside: WeChat, identity proof, text messages, the window of credit repair, the score system, the grid app, a bank.

They speak the real protocols over real HTTP, so that development, demonstrations and tests run the same client code as
production on a machine without an outside world. ``python -m suxin_server.stand_ins`` serves them all. They believe
whoever asks and keep what they know in memory (the window in a file, where it is given one): they are never reachable from
outside and never part of a production set-up.

Under ``/_stand_in/`` each can be steered: ``POST fail`` makes the next calls go wrong, ``GET calls`` counts them,
``GET messages`` shows what was sent, ``POST reset`` forgets all.
"""
