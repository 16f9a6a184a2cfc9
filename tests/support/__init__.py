"""What tests lean on: throw-away servers, browsers and measurements of pages."""
