"""The edge refiner: how it is fitted, from drawn mattes over photos."""
