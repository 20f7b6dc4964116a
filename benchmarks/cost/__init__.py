"""What a picture costs on Lambda, by memory."""
