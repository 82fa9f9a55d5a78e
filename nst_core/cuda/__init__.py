"""VGG-19's layers and Gram matrices on a graphics card, with little else than arithmetic.

From below: `kernels`, in Triton's language; `layers`, a convolution and what follows it; `choice`, whether they are
used. `gram` needs none of these. All features lie channels last, from the picture to its gradient.
"""
