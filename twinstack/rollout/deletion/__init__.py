"""What a deletion needs besides the deletion itself: unlinking, keeping, taking back."""
