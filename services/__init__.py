"""The services. None imports another; what two need lives in ``shared``."""
