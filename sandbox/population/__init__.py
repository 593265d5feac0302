"""The synthetic people of the embedded journal and the round that is planned over them."""
