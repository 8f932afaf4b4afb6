"""A neural network from scratch, in NumPy: functions, layers, nets, training, and the
checks of their gradients.

Everything is computed in double precision. Nothing here reads or writes a file, and no
randomness is hidden: what needs it takes a `numpy.random.Generator`.
"""
