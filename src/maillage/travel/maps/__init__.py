"""What is drawn on a map: how far one gets, and by which roads."""
