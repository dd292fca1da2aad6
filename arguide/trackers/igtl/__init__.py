"""OpenIGTLink: transforms from any source on the network, and the messages to share ours."""
