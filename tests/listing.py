"""A network in words, so that a test reads like the list of layers in an article."""

import keras


def listed(network: keras.Model) -> list[str]:
    """Its layers, the inputs left out."""
    words = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            assert layer.padding == "same"
            assert layer.strides == (1, 1)
            size = "x".join(map(str, layer.kernel_size))
            words.append(f"conv {layer.filters} {size} {layer.activation.__name__}")
        elif isinstance(layer, keras.layers.Dense):
            words.append(f"dense {layer.units} {layer.activation.__name__}")
        elif isinstance(layer, keras.layers.LeakyReLU):
            words.append(f"leaky {layer.negative_slope}")
        elif isinstance(layer, keras.layers.Reshape):
            words.append(f"reshape {layer.target_shape}")
        elif isinstance(layer, keras.layers.MaxPooling2D | keras.layers.UpSampling2D):
            assert getattr(layer, "pool_size", None) or layer.size == (2, 2)
            words.append("pool" if isinstance(layer, keras.layers.MaxPooling2D) else "up")
        elif not isinstance(layer, keras.layers.InputLayer):
            words.append(type(layer).__name__)
    return words
