"""Stand-ins for WeChat, the identity service, the text message gateway and the city's score system.

They speak the real protocols over real HTTP, so that development, demonstrations and tests run the same client code as
production on a machine without an outside world. ``python -m suxin_server.stand_ins`` serves all of them. They believe
whoever asks and keep everything in memory: they are never reachable from outside and never part of a production set-up.

Under ``/_stand_in/`` each can be steered: ``POST fail`` makes the next calls go wrong, ``GET calls`` counts them,
``GET messages`` shows what was sent, ``POST reset`` forgets all.
"""
