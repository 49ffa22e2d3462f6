"""From French text to dated statuses of countries in international organisations."""
