"""What a guarantor (担保公司、保证保险公司) is given: its profile, and the desk its people work at."""
