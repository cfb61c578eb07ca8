"""What tests share: given/when/then, servers, waiting for conditions."""
