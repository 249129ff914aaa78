"""Convolutional networks in NumPy, derived line by line in ``notebooks/``.

Import names from the module that owns them.  Which lesson derives which module:

=======================  ================================================  ==============
module                   holds                                             lesson
=======================  ================================================  ==============
``cnnlib.im2col``        output size, padding, im2col, col2im              01, 03
``cnnlib.winograd``      convolution with fewer multiplications            08
``cnnlib.reference``     the same operations as plain loops                01, 02
``cnnlib.initializers``  He and Glorot starting weights                    05, 07
``cnnlib.losses``        softmax, softmax with cross-entropy               04
``cnnlib.optimizers``    SGD to AdamW, learning-rate schedules             05
``cnnlib.datasets``      MNIST, Fashion-MNIST, a photograph, batches       05
``cnnlib.augment``       images shifted, turned, scaled, crumpled          07
``cnnlib.layers``        convolution, pooling, dense, activations, ...     02-04, 07, 08
``cnnlib.network``       Sequential, Residual, save and load               05
``cnnlib.gradcheck``     numerical gradients                               04
``cnnlib.models``        the networks of the lessons, and trained weights  05
``cnnlib.depth``         sizes of numbers and gradients by depth            07
``cnnlib.famous``        LeNet-5, AlexNet, VGG and ResNet, for counting    07
``cnnlib.training``      fit, evaluate, predict                            05
``cnnlib.checkpoint``    the record of a run, and going on with it         05
``cnnlib.parts``         what lies before a layer, and what it sees        06
``cnnlib.interpret``     what filters respond to, where a network looked   06
``cnnlib.look``          the same as figures, one call each                06
``cnnlib.plots``         every figure                                      all
``cnnlib.widgets``       every explorer                                    all
``cnnlib.exercises``     the checks of the exercises                       00 to 09
``cnnlib.distributed``   training on several processes                     09
``cnnlib.ring``          what adding up between workers takes              09
``cnnlib.bridge``        weights and networks from PyTorch and back        09
``cnnlib.digits``        a digit of your own, also from a photograph       00
``cnnlib.owndata``       data of your own
``cnnlib.recipes``       what the command trains with
``cnnlib.summary``       the table of a network's layers
``cnnlib.progress``      the progress bar of a run
``cnnlib.promises``      arguments of figures and explorers, held to their docstrings
``cnnlib.interrupt``     stopping a run, and losing nothing
``cnnlib.experiments``   what recorded experiments found                   01 to 09
``cnnlib.files``         files written whole or not at all, named arrays
``cnnlib.idx``           MNIST's file format
``cnnlib.fashion``       Fashion-MNIST's files, found or downloaded
``cnnlib.recordings``    runs that were recorded, for where training is slow
``cnnlib.here``          where Python runs: in a browser or not
``cnnlib.wasm``          matrix products in the browser edition
``cnnlib.blas``          OpenBLAS: its kernels and threads
``cnnlib.arguments``     checks of arguments
=======================  ================================================  ==============
"""

__version__ = "0.1.0"
