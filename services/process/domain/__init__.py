"""What an order waits for and what follows from each fact: the rules, without any technology."""
