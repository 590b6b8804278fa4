"""The images: built with buildah, run with runc as restricted as a cluster runs them."""
