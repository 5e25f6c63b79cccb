//! ronin-migrations
