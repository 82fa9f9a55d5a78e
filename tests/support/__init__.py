"""What tests share: pictures, stand-ins for slow parts, a terminal, slow plain references."""
