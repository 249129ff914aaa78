"""Layers: objects with ``forward(x)``, ``backward(dy)``, ``params`` and ``grads``.

A file a family: ``conv``, ``pool``, ``dense``, ``activations``, ``norm``, ``dropout``,
``reshape``; what all layers share is in ``base``.  Import names from the file that owns them.
"""
