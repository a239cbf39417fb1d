"""What the registers of standards bodies list: patent declarations, and the parties that made them."""
