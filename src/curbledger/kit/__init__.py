"""Small pure things that every layer may use: clock, money, plates, SQL files, digests."""
