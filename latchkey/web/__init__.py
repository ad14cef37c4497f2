"""What browsers see: pages, forms, the state of a sign-in, and the rules for every answer."""
