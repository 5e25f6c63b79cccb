//! ronin-vision
