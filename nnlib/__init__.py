"""A neural network from scratch, in NumPy, to be read in this order:

    functions   sigmoid, ReLU and the losses, each beside its gradient
    layers      Linear, Sigmoid, ReLU: forward, backward, step (shapes: their checks)
    net         layers in a row
    training    the loop
    descent     gradient descent on a function of two variables
    gradcheck   finite differences
    digits      the data set
    stack       the loop for many nets at once, of which each is what it is alone
    tape        what makes that fast

All but the last two is as on paper, and is what runs. Everything is computed in double
precision. Nothing here reads or writes a file, and no randomness is hidden: what needs
it takes a `numpy.random.Generator`.
"""
