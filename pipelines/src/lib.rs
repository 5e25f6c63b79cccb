//! ronin-pipelines
