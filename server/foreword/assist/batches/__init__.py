"""Questions by the thousand in Message Batches: submitted now at half the price, collected when they are answered."""
